"""The forms of an account."""

from wtforms import BooleanField, EmailField, IntegerField, PasswordField, RadioField, StringField
from wtforms.validators import NumberRange, Optional, ValidationError

from portal.accounts.emails import EmailUnfit, read_email
from portal.accounts.passwords import LONGEST, SHORTEST
from portal.forms import AtMost, BaseForm, KeyedForm, Required, TickBoxes, TrapMixin, options
from portal.i18n.locale import LANGUAGES, _, _l

LARGEST_ID = 2**31 - 1
LANGUAGE_CHOICES = options(LANGUAGES.items())


class NewPasswordMixin:
    """A new password, entered twice."""

    password: PasswordField

    def validate_password(self, field):
        if len(field.data or "") < SHORTEST:
            raise ValidationError(_("Use at least 12 characters. A short sentence is easy to remember."))
        if len(field.data) > LONGEST:
            raise ValidationError(_("Use at most 128 characters."))

    def validate_password_again(self, field):
        if field.data != self.password.data:
            raise ValidationError(_("The passwords do not match. Enter the same password in both boxes."))


class CreateForm(NewPasswordMixin, TrapMixin, KeyedForm):
    order = ("email", "no_email", "password", "password_again", "language", "agreed", "leave_empty", "form_key")
    email = EmailField(_l("Email address"), validators=[AtMost(254)])
    no_email = BooleanField(_l("I do not have an email address"))
    password = PasswordField(_l("Password"), validators=[Required(_l("Enter a password."))])
    password_again = PasswordField(_l("Confirm password"), validators=[Required(_l("Enter the same password again."))])
    language = RadioField(
        _l("Preferred language"), choices=LANGUAGE_CHOICES, validators=[Required(_l("Choose a language."))]
    )
    agreed = BooleanField(_l("I have read this and agree"), validators=[Required(_l("Select the box to continue."))])

    def validate_email(self, field):
        typed = (field.data or "").strip()
        if self.no_email.data and not typed:
            return
        if self.no_email.data:
            raise ValidationError(_("Enter an email address, or select that you do not have one: not both."))
        if not typed:
            raise ValidationError(_("Enter your email address, or select that you do not have one."))
        try:
            self.address = read_email(typed)
        except EmailUnfit as refusal:
            raise ValidationError(str(refusal.message)) from refusal

    address: str | None = None


class LogInForm(BaseForm):
    name = StringField(
        _l("Email address or sign-in number"),
        validators=[Required(_l("Enter your email address, or the sign-in number you printed.")), AtMost(254)],
    )
    password = PasswordField(_l("Password"), validators=[Required(_l("Enter your password."))])
    shared_device = BooleanField(_l("This is a shared device"))


class FactorForm(BaseForm):
    code = StringField(
        _l("Code"),
        validators=[Required(_l("Enter the six digits that your app shows, or a recovery code.")), AtMost(40)],
    )


class SetUpForm(BaseForm):
    code = StringField(_l("Code"), validators=[Required(_l("Enter the six digits that your app shows.")), AtMost(40)])


class AskedAgainForm(BaseForm):
    """The code, asked for in the middle of another form: its name is unlike that of any other field."""

    FIELD = "factor_code"
    factor_code = StringField(
        _l("Code"),
        validators=[Required(_l("Enter the six digits that your app shows, or a recovery code.")), AtMost(40)],
    )


class DevicesForm(BaseForm):
    """Which session to end; none: all others."""

    sign_in = IntegerField(validators=[Optional(), NumberRange(1, LARGEST_ID)])


class LogOutForm(BaseForm):
    """An empty form: only the button to log out."""


class PasswordForm(NewPasswordMixin, BaseForm):
    current = PasswordField(_l("Current password"), validators=[Required(_l("Enter your current password."))])
    password = PasswordField(_l("New password"), validators=[Required(_l("Enter a password."))])
    password_again = PasswordField(
        _l("Confirm new password"), validators=[Required(_l("Enter the same password again."))]
    )


class ForgottenForm(KeyedForm):
    name = StringField(_l("Email address"), validators=[Required(_l("Enter your email address.")), AtMost(254)])


class ResetForm(NewPasswordMixin, BaseForm):
    password = PasswordField(_l("New password"), validators=[Required(_l("Enter a password."))])
    password_again = PasswordField(
        _l("Confirm new password"), validators=[Required(_l("Enter the same password again."))]
    )


class RecoverForm(NewPasswordMixin, BaseForm):
    name = StringField(
        _l("Email address or sign-in number"),
        validators=[Required(_l("Enter your email address, or the sign-in number you printed.")), AtMost(254)],
    )
    code = StringField(_l("Recovery code"), validators=[Required(_l("Enter one of your recovery codes.")), AtMost(40)])
    password = PasswordField(_l("New password"), validators=[Required(_l("Enter a password."))])
    password_again = PasswordField(
        _l("Confirm new password"), validators=[Required(_l("Enter the same password again."))]
    )


class NewCodesForm(BaseForm):
    current = PasswordField(_l("Current password"), validators=[Required(_l("Enter your current password."))])


class EmailForm(KeyedForm):
    order = ("email", "current", "form_key")
    email = EmailField(_l("New email address"), validators=[Required(_l("Enter your new email address.")), AtMost(254)])
    current = PasswordField(_l("Current password"), validators=[Required(_l("Enter your current password."))])
    address: str | None = None

    def validate_email(self, field):
        try:
            self.address = read_email(field.data or "")
        except EmailUnfit as refusal:
            raise ValidationError(str(refusal.message)) from refusal


class MailForm(BaseForm):
    kinds = TickBoxes(
        _l("Emails we send you"),
        choices=options(
            [
                ("booked", _l("When I book an appointment")),
                ("moved", _l("When I change an appointment")),
                ("cancelled", _l("When I cancel an appointment")),
                ("reminder_7", _l("A reminder seven days before the appointment")),
                ("reminder_1", _l("A reminder one day before the appointment")),
                ("last_day", _l("Reminders before the last day to bring the documents")),
                ("package_registered", _l("When I register a package")),
                ("news", _l("When my case changes, or the Embassy replies")),
                (
                    "inquiry_open",
                    _l(
                        "A reminder, if I asked for one, of the day from which I can ask about administrative "
                        "processing"
                    ),
                ),
            ]
        ),
    )


class PlainForm(KeyedForm):
    """An empty form: only a button."""


class LanguageForm(BaseForm):
    language = RadioField(
        _l("Preferred language"), choices=LANGUAGE_CHOICES, validators=[Required(_l("Choose a language."))]
    )
