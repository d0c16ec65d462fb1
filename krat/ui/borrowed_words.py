"""Words that other packages show on our pages and do not say in Albanian, or do not say well.

django-allauth has no Albanian at all; Django's writes days and months with a capital and speaks to programmers. They
are only marked here, so that they stay in our catalogue, which is asked first. Nothing imports this.
"""

from django.utils.translation import gettext_noop, ngettext_lazy, pgettext_lazy

# django-allauth: signing in, the password, the second factor.
gettext_noop("Username")
gettext_noop("Password")
gettext_noop("Password (again)")
gettext_noop("Current Password")
gettext_noop("New Password")
gettext_noop("New Password (again)")
gettext_noop("Email")
gettext_noop("Email address")
gettext_noop("Code")
gettext_noop("Authenticator code")
gettext_noop("Forgot your password?")
gettext_noop("Use your password")
gettext_noop("Use authenticator app or code")
gettext_noop("Invalid login.")
gettext_noop("The username and/or password you specified are not correct.")
gettext_noop("The email address and/or password you specified are not correct.")
gettext_noop("Too many failed login attempts. Try again later.")
gettext_noop("Be patient, you are sending too many requests.")
gettext_noop("This account is currently inactive.")
gettext_noop("Please type your current password.")
gettext_noop("Incorrect password.")
gettext_noop("Incorrect code.")
gettext_noop("Invalid or expired key.")
gettext_noop("The password reset token was invalid.")
gettext_noop("The email address is not assigned to any user account.")
gettext_noop("You must type the same password each time.")
gettext_noop("The new value must be different from the current one.")
gettext_noop("You cannot deactivate two-factor authentication.")
gettext_noop("You cannot generate recovery codes without having two-factor authentication enabled.")
gettext_noop("You cannot activate two-factor authentication until you have verified your email address.")
gettext_noop("Recovery codes")
gettext_noop("TOTP Authenticator")

# Django: what a field answers.
gettext_noop("This field is required.")
gettext_noop("This field cannot be null.")
gettext_noop("This field cannot be blank.")
gettext_noop("Enter a valid value.")
gettext_noop("Enter a whole number.")
gettext_noop("Enter a number.")
gettext_noop("Enter a valid integer.")
gettext_noop("Enter a valid date.")
gettext_noop("Enter a valid time.")
gettext_noop("Enter a valid date/time.")
gettext_noop("Enter a valid email address.")
gettext_noop("Enter a valid UUID.")
gettext_noop("Enter a list of values.")
gettext_noop("Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.")
gettext_noop("Null characters are not allowed.")
gettext_noop("Select a valid choice. %(value)s is not one of the available choices.")
gettext_noop("Select a valid choice. That choice is not one of the available choices.")
gettext_noop("Value %(value)r is not a valid choice.")
gettext_noop("“%(pk)s” is not a valid value.")
gettext_noop("%(model)s instance with %(field)s %(value)r does not exist.")
gettext_noop("%(model)s instance with %(field)s %(value)r is not a valid choice.")
gettext_noop("%(model_name)s with this %(field_label)s already exists.")
gettext_noop("%(model_name)s with this %(field_labels)s already exists.")
gettext_noop("Constraint “%(name)s” is violated.")
gettext_noop("Ensure this value is greater than or equal to %(limit_value)s.")
gettext_noop("Ensure this value is less than or equal to %(limit_value)s.")
ngettext_lazy(
    "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
    "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
    "limit_value",
)
ngettext_lazy(
    "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
    "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    "limit_value",
)
gettext_noop("Unknown")
gettext_noop("Yes")
gettext_noop("No")
gettext_noop("and")

# Django: what a new password is asked for.
ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
    "min_length",
)
ngettext_lazy(
    "Your password must contain at least %(min_length)d character.",
    "Your password must contain at least %(min_length)d characters.",
    "min_length",
)
gettext_noop("The password is too similar to the %(verbose_name)s.")
gettext_noop("Your password can’t be too similar to your other personal information.")
gettext_noop("This password is too common.")
gettext_noop("Your password can’t be a commonly used password.")
gettext_noop("Your old password was entered incorrectly. Please enter it again.")

# Django: days and months, which Albanian writes small.
gettext_noop("Monday")
gettext_noop("Tuesday")
gettext_noop("Wednesday")
gettext_noop("Thursday")
gettext_noop("Friday")
gettext_noop("Saturday")
gettext_noop("Sunday")
gettext_noop("January")
gettext_noop("February")
gettext_noop("March")
gettext_noop("April")
gettext_noop("May")
gettext_noop("June")
gettext_noop("July")
gettext_noop("August")
gettext_noop("September")
gettext_noop("October")
gettext_noop("November")
gettext_noop("December")
pgettext_lazy("alt. month", "January")
pgettext_lazy("alt. month", "February")
pgettext_lazy("alt. month", "March")
pgettext_lazy("alt. month", "April")
pgettext_lazy("alt. month", "May")
pgettext_lazy("alt. month", "June")
pgettext_lazy("alt. month", "July")
pgettext_lazy("alt. month", "August")
pgettext_lazy("alt. month", "September")
pgettext_lazy("alt. month", "October")
pgettext_lazy("alt. month", "November")
pgettext_lazy("alt. month", "December")

# Django REST framework, which has no Albanian either: what a machine is told of its fields.
gettext_noop("This field is required.")
gettext_noop("This field may not be blank.")
gettext_noop("This field may not be null.")
gettext_noop("Not a valid string.")
gettext_noop('"{input}" is not a valid choice.')
gettext_noop("A valid integer is required.")
gettext_noop("Must be a valid boolean.")
gettext_noop("Must be a valid UUID.")
gettext_noop("String value too large.")
gettext_noop("This value does not match the required pattern.")
gettext_noop('Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.')
gettext_noop("Ensure this field has no more than {max_length} characters.")
gettext_noop("Ensure this field has at least {min_length} characters.")
gettext_noop("Ensure this field has no more than {max_length} elements.")
gettext_noop("Ensure this value is less than or equal to {max_value}.")
gettext_noop("Ensure this value is greater than or equal to {min_value}.")
gettext_noop("Date has wrong format. Use one of these formats instead: {format}.")
gettext_noop("Datetime has wrong format. Use one of these formats instead: {format}.")
gettext_noop("Time has wrong format. Use one of these formats instead: {format}.")
gettext_noop("Expected a date but got a datetime.")
gettext_noop("Expected a datetime but got a date.")
gettext_noop("Invalid data. Expected a dictionary, but got {datatype}.")
gettext_noop('Expected a list of items but got type "{input_type}".')
gettext_noop("This list may not be empty.")
